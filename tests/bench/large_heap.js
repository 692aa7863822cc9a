// A heap of many sessions that a Map holds, written as a heap snapshot.
// large_heap.js SESSIONS FILE: some 2 kB of snapshot each
'use strict';

class Message {
  constructor(number) {
    this.number = number;
    this.text = 'message ' + number;
    this.at = number + 0.5;
  }
}

class Session {
  constructor(number) {
    this.number = number;
    this.user = {name: 'user' + number, tags: ['a' + (number % 7), number]};
    this.inbox = [];
    for (let i = 0; i < 4; i++) this.inbox.push(new Message(number * 4 + i));
    this.onMessage = () => this.inbox;
  }
}

class Hub {
  constructor(sessions) {
    this.sessions = new Map();
    for (let i = 0; i < sessions; i++)
      this.sessions.set('session-' + i, new Session(i));
  }
}

global.hub = new Hub(Number(process.argv[2]));
require('v8').writeHeapSnapshot(process.argv[3]);
