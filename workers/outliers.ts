import { serve } from '../src/pool/serve.js';
import { outlierStage } from '../src/methods/perfscope/unit-stages.js';

export default serve(outlierStage);
