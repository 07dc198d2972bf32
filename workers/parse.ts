import { parseStage } from '../src/coordinator/parse-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(parseStage);
