import { serve } from '../src/coordinator/serve.js';
import { episodeStage } from '../src/coordinator/unit-stages.js';

export default serve(episodeStage);
