import { serve } from '../src/coordinator/serve.js';
import { featureStage } from '../src/coordinator/unit-stages.js';

export default serve(featureStage);
