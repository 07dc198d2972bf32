import { serve } from '../src/coordinator/serve.js';
import { outlierStage } from '../src/coordinator/unit-stages.js';

export default serve(outlierStage);
