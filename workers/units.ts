import { serve } from '../src/pool/serve.js';
import { unitStage } from '../src/methods/perfscope/unit-stages.js';

export default serve(unitStage);
