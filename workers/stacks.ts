import { serve } from '../src/pool/serve.js';
import { stacksStage } from '../src/coordinator/stacks-stage.js';

export default serve(stacksStage);
