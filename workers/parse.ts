import { parseStage } from '../src/reading/parse-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(parseStage);
