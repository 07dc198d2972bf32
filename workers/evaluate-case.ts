import { serve } from '../src/coordinator/serve.js';
import { caseStage } from '../src/evaluate/case-stage.js';

export default serve(caseStage);
