// An SMSC on the npm package smpp: commands are JSON lines on standard input, what happens are JSON lines on standard output.
'use strict';

const readline = require('node:readline');
const smpp = require('smpp');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let bound = null;
let counter = 0;

const server = smpp.createServer((session) => {
  session.on('bind_transceiver', (pdu) => {
    const known = pdu.system_id === 'lapor' && pdu.password === 'secret08';
    session.send(pdu.response({ command_status: known ? smpp.ESME_ROK : smpp.ESME_RINVPASWD, system_id: 'node' }));
    if (known) {
      bound = session;
      say({ event: 'bound', version: pdu.interface_version });
    }
  });
  session.on('submit_sm', (pdu) => {
    const id = 'njs-' + ++counter;
    const refused = pdu.destination_addr.endsWith('000');
    session.send(pdu.response(refused ? { command_status: smpp.ESME_RINVDSTADR } : { message_id: id }));
    const { message, udh } = pdu.short_message;
    say({
      event: 'submit', id, text: message, udh: udh ? Buffer.concat(udh).toString('hex') : '', source: pdu.source_addr,
      destination: pdu.destination_addr, coding: pdu.data_coding, receipt: pdu.registered_delivery,
      types: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.dest_addr_ton, pdu.dest_addr_npi],
    });
    if (pdu.registered_delivery && !refused) {
      session.deliver_sm({
        esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
        receipted_message_id: id, message_state: smpp.MESSAGE_STATE.DELIVERED,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2611240800 done date:2611240801 stat:DELIVRD err:000 text:`,
      }, (answer) => say({ event: 'receipt', id, status: answer.command_status }));
    }
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
    say({ event: 'unbound' });
  });
  session.on('error', (error) => say({ event: 'error', text: String(error) }));
});

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { name, udh, message, ...fields } = JSON.parse(line);
  const text = udh ? { udh: Buffer.from(udh, 'hex'), message } : message;
  bound.deliver_sm({ source_addr_ton: 1, source_addr_npi: 1, destination_addr: '1708', short_message: text, ...fields },
    (answer) => say({ event: 'answer', name, status: answer.command_status }));
}).on('close', () => process.exit(0));

server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
