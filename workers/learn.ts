import { learnStage } from '../src/coordinator/learn-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(learnStage);
