import { serve } from '../src/coordinator/serve.js';
import { unitStage } from '../src/coordinator/unit-stages.js';

export default serve(unitStage);
