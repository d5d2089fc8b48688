// What leaves a device: turns become longer where what was sent away is used again.
import t from 'tap';
import { currentDevice } from '../../lib/index.js';
import { type Resident, Residents } from '../../lib/tensor/residents.js';

/** Values of 1 KiB that leave at once, or never, as on a GPU where a copy takes longer than the next use. */
function resident(left: () => void, isPinned = false): Resident {
  const lease = { device: currentDevice(), used: 0, wasIdle: false, isPinned };
  return { lease, bytes: 1024, leave: left, leaveAtBoundary() {} };
}

for (const [name, leaves] of [
  ['that has left', true],
  ['that has not left yet', false],
] as const) {
  t.test(`what is used again, ${name}, makes turns longer until it stays`, async (t) => {
    const residents = new Residents();
    let departures = 0;
    const old = Array.from({ length: 40 }, (): Resident => {
      const one: Resident = resident(() => {
        departures++;
        if (leaves) residents.delete(one.lease);
      });
      residents.add(one);
      return one;
    });
    const step = () => {
      for (const one of old) {
        if (residents.get(one.lease)) residents.use(one);
        else residents.add(one);
      }
      for (let i = 0; i < 400; i++) {
        residents.tidy();
        const fresh: Resident = resident(() => residents.delete(fresh.lease));
        residents.add(fresh);
      }
    };
    for (let i = 0; i < 10; i++) step();
    t.ok(departures > 0, 'at first turns are shorter than a step');
    departures = 0;
    for (let i = 0; i < 100; i++) step();
    t.equal(departures, 0);
  });
}

t.test('what is pinned may be idle for 16 turns more', async (t) => {
  const residents = new Residents();
  const left: string[] = [];
  residents.add(resident(() => left.push('result')));
  residents.add(resident(() => left.push('parameter'), true));
  const turns = (count: number) => {
    for (let turn = 0; turn < count; turn++) {
      for (let i = 0; i < 64; i++) {
        const fresh: Resident = resident(() => residents.delete(fresh.lease));
        residents.add(fresh);
      }
      residents.tidy();
    }
  };
  turns(10);
  t.ok(left.includes('result') && !left.includes('parameter'));
  turns(10);
  t.ok(left.includes('parameter'));
});
