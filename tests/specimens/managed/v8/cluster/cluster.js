// EXPECT leak 1 Visit per connection at Visit held by Set
//
// Two workers of node:cluster behind one port. Guilty: each keeps who has
// visited it. Innocent: forgets them. --taken: the port that the first worker's
// inspector gets from node:cluster is somebody else's until it has tried it.
'use strict';
const cluster = require('cluster');
const net = require('net');
const {guilty, serve} = require('../common/server');

class Visit {
  constructor(number) {
    this.number = number;
    this.since = new Date();
    this.marks = new Array(32).fill(number);
  }
}

function begin() {
  for (let i = 0; i < 2; ++i) cluster.fork();
}

if (cluster.isPrimary && process.argv.includes('--taken')) {
  const holder = net.createServer();
  holder.on('error', begin);
  holder.listen(process.debugPort + 1, '127.0.0.1', begin);
  cluster.once('listening', () => holder.close());
} else if (cluster.isPrimary) {
  begin();
} else {
  const visits = new Set();
  serve((socket) => {
    const visit = new Visit(visits.size);
    visits.add(visit);
    socket.on('close', () => {
      if (!guilty) visits.delete(visit);
    });
  });
}
