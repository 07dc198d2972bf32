import { serve } from '../src/pool/serve.js';
import { timelineStage } from '../src/coordinator/timeline-stage.js';

export default serve(timelineStage);
