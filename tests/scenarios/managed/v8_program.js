// A program whose heap is known: takes two snapshots of itself, by the
// inspector and with stacks, and one by v8.writeHeapSnapshot(); writes down
// what Node counts. v8_program.js FOLDER
'use strict';

const fs = require('fs');
const inspector = require('inspector');
const path = require('path');
const v8 = require('v8');

const folder = process.argv[2];

class ChatSession {
  constructor(number) {
    this.number = number + 0.5;
    this.name = 'session ' + number;
    this.inbox = new Array(50).fill(number);
  }
}

class Message {}

const byName = new Map();
const described = new WeakMap();
global.archive = [];

function openSession(number) {
  const session = new ChatSession(number);
  byName.set('key ' + number, session);
  return session;
}

function open(from, to) {
  for (let i = from; i < to; i++) openSession(i);
}

const door = new inspector.Session();
door.connect();

function takeSnapshot(name) {
  const file = fs.openSync(path.join(folder, name), 'w');
  const write = (message) => fs.writeSync(file, message.params.chunk);
  door.on('HeapProfiler.addHeapSnapshotChunk', write);
  return new Promise((resolve, reject) => {
    door.post('HeapProfiler.takeHeapSnapshot', {}, (error) => {
      door.off('HeapProfiler.addHeapSnapshotChunk', write);
      fs.closeSync(file);
      if (error) reject(new Error(error.message));
      else resolve();
    });
  });
}

function countOf(type) {
  return v8.queryObjects(type, {format: 'count'});
}

// An interval that is never cleared keeps the handler, and what it closes over.
setInterval(function onTick() {
  described.get(byName);
}, 1e9).unref();

async function main() {
  door.post('HeapProfiler.startTrackingHeapObjects', {trackAllocations: true});
  open(0, 500);
  await takeSnapshot('early.heapsnapshot');
  open(500, 800);
  for (let i = 0; i < 100; i++) byName.delete('key ' + i);
  for (let i = 0; i < 40; i++) global.archive.push(new Message());
  described.set(global.archive, new Message());
  await takeSnapshot('late.heapsnapshot');
  v8.writeHeapSnapshot(path.join(folder, 'written.heapsnapshot'));
  fs.writeFileSync(path.join(folder, 'counts.json'), JSON.stringify({
    ChatSession: countOf(ChatSession),
    Message: countOf(Message),
  }));
}

main().then(() => process.exit(0));
