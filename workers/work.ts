import { serve } from '../src/pool/serve.js';
import { workStage } from '../src/coordinator/work-stage.js';

export default serve(workStage);
