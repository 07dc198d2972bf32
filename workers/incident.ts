import { incidentStage } from '../src/batch/incident-stage.js';
import { serve } from '../src/pool/serve.js';

export default serve(incidentStage);
