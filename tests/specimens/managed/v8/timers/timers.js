// EXPECT leak 1 Timeout per connection at Timeout
//
// A timer for each connection that looks whether it is idle. Guilty: it goes
// on when the connection has gone. Innocent: it is cleared.
'use strict';
const {guilty, serve} = require('../common/server');

class Watch {
  constructor() {
    this.ticks = 0;
    this.seen = Date.now();
  }
}

serve((socket) => {
  const watch = new Watch();
  const timer = setInterval(() => watch.ticks++, 60_000);
  socket.on('message', () => watch.seen = Date.now());
  socket.on('close', () => {
    if (!guilty) clearInterval(timer);
  });
});
