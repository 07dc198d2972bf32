import { incidentStage } from '../src/batch/incident-stage.js';
import { serve } from '../src/coordinator/serve.js';

export default serve(incidentStage);
