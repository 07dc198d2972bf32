import { learnStage } from '../src/coordinator/learn-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(learnStage);
