import { serve } from '../src/coordinator/serve.js';
import { stacksStage } from '../src/coordinator/stacks-stage.js';

export default serve(stacksStage);
