import { placeStage } from '../src/reading/place-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(placeStage);
