// Objects and bytes of a heap snapshot by constructor, from the parsed JSON:
// the judge of our own reader. v8_counts.js FILE
'use strict';

const text = require('fs').readFileSync(process.argv[2], 'utf8');
const {snapshot, nodes, edges, strings} = JSON.parse(text);
const fields = snapshot.meta.node_fields;
const types = snapshot.meta.node_types[0];
const at = (name) => fields.indexOf(name);

function classOf(node) {
  const type = types[nodes[node + at('type')]];
  const name = strings[nodes[node + at('name')]];
  switch (type) {
    case 'object':
    case 'native':
    case 'synthetic':
      return name || `(${type})`;
    case 'closure':
      return name ? `function ${name}` : '(closure)';
    case 'hidden':
      return '(system)';
    case 'code':
      return '(compiled code)';
    default:
      return `(${type})`;
  }
}

const classes = {};
for (let node = 0; node < nodes.length; node += fields.length) {
  const row = (classes[classOf(node)] ??= [0, 0]);
  row[0] += 1;
  row[1] += nodes[node + at('self_size')];
}
const weak = snapshot.meta.edge_types[0].indexOf('weak');
let weakEdges = 0;
for (let edge = 0; edge < edges.length; edge += 3)
  if (edges[edge] === weak) weakEdges += 1;
console.log(JSON.stringify({
  nodes: nodes.length / fields.length,
  edges: edges.length / 3,
  weakEdges,
  strings: strings.length,
  classes,
}));
