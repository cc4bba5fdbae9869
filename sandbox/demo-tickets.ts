const payments = {
  id: '4711',
  url: 'https://desk.example/t/4711',
  subject: 'Checkout fails for all EU shoppers',
  description: 'Since 09:10 every card payment ends in a 502.',
  status: 'open',
  severity: 'critical',
  customer: { name: 'Acme GmbH', plan: 'enterprise', contact: 'shop-ops@acme.example' },
  tags: ['payments'],
  requestedBy: 'support chat',
  tried: 'Restarted the gateway, rolled back 4.2.1',
  transcript: [{ from: 'customer', name: 'Shop operations', text: 'Nobody can pay!' }],
}

/** Ticket events to send with one click, and to change before. */
export const samples = [
  {
    name: 'A critical ticket of an enterprise customer',
    body: { type: 'ticket.escalated', data: { ticket: payments } },
  },
  {
    name: 'The same ticket: a public reply was sent',
    body: {
      type: 'ticket.replied',
      data: {
        ticket: {
          id: '4711',
          subject: payments.subject,
          transcript: [{ from: 'agent', text: 'We are on it. The next update follows within the hour.' }],
        },
      },
    },
  },
  {
    name: 'The same ticket: solved',
    body: { type: 'ticket.solved', data: { ticket: { id: '4711', subject: payments.subject } } },
  },
  {
    name: 'A question the chatbot could not answer',
    body: {
      type: 'ticket.escalated',
      data: {
        ticket: {
          id: '4712',
          subject: 'How do I move my data to another region?',
          severity: 'low',
          customer: { name: 'Initech', plan: 'free' },
          requestedBy: 'chatbot',
        },
      },
    },
  },
  {
    name: 'A hostile subject (it pages nobody extra)',
    body: {
      type: 'ticket.escalated',
      data: {
        ticket: {
          id: '4713',
          subject: '<!channel> & "quotes" <@U0HEAD> *bold* <script>alert(1)</script>',
          severity: 'high',
        },
      },
    },
  },
]
