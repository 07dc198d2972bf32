import { methodStage } from '../src/coordinator/method-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(methodStage);
