// mixgrad as somebody has it who installed it from its package: in Node and in pages.
import t from 'tap';
import { Consumer } from './consumer.js';
import { testInstalled } from './installed.js';
import { noChromium, testPages } from './pages.js';

const consumer = await Consumer.create();
t.teardown(() => consumer.remove());
const skip = consumer.missing ?? false;
t.test('in Node', { skip }, async (t) => testInstalled(t, consumer));
t.test('in pages', { skip: skip || noChromium }, (t) => testPages(t, consumer));
