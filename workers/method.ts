import { methodStage } from '../src/methods/method-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(methodStage);
