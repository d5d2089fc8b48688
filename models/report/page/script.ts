// The program of a report's page: what can be done with it beyond reading.
import { showGroups } from './groups.js';
import { slide } from './slider.js';
import { tellValues } from './values.js';

for (const figure of document.querySelectorAll<HTMLElement>('figure.chart')) tellValues(figure);
slide();
showGroups();
