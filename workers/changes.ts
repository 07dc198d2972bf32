import { changesStage } from '../src/coordinator/changes-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(changesStage);
