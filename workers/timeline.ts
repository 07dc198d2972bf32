import { serve } from '../src/coordinator/serve.js';
import { timelineStage } from '../src/coordinator/timeline-stage.js';

export default serve(timelineStage);
