import { serve } from '../src/pool/serve.js';
import { episodeStage } from '../src/methods/perfscope/unit-stages.js';

export default serve(episodeStage);
