import { serve } from '../src/coordinator/serve.js';
import { segmentStage } from '../src/coordinator/unit-stages.js';

export default serve(segmentStage);
