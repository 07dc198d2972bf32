import { changesStage } from '../src/coordinator/changes-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(changesStage);
