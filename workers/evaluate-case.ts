import { serve } from '../src/pool/serve.js';
import { caseStage } from '../src/evaluate/case-stage.js';

export default serve(caseStage);
