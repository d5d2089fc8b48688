import '../../../models/report/page/style.css';
import './style.css';
