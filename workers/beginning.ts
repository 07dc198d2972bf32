import { beginningStage } from '../src/coordinator/beginning-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(beginningStage);
