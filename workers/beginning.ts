import { beginningStage } from '../src/coordinator/beginning-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(beginningStage);
