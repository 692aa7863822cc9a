// EXPECT leak 1 Visit per connection at Visit held by Set
//
// Two workers of node:cluster behind one port. Guilty: each keeps who has
// visited it. Innocent: forgets them.
'use strict';
const cluster = require('cluster');
const {guilty, serve} = require('../common/server');

class Visit {
  constructor(number) {
    this.number = number;
    this.since = new Date();
    this.marks = new Array(32).fill(number);
  }
}

if (cluster.isPrimary) {
  for (let i = 0; i < 2; ++i) cluster.fork();
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
