import { placeStage } from '../src/coordinator/place-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(placeStage);
