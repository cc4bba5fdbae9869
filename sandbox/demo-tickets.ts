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

const outage = [
  ['critical', 'Nobody can log in since 08:55', 'Acme GmbH', 'enterprise'],
  ['critical', 'The API answers 500', 'Globex', 'enterprise'],
  ['critical', 'All dashboards are empty', 'Wayne Enterprises', 'enterprise'],
  ['high', 'Webhooks arrive late', 'Stark Industries', 'team'],
  ['high', 'Single sign-on loops', 'Wonka Industries', 'team'],
  ['high', 'Exports time out', 'Umbrella', 'team'],
  ['high', 'Reports arrive without figures', 'Initech', 'team'],
  ['normal', 'Is something wrong with your status page?', 'Hooli', 'free'],
] as const

/** What comes in all at once: more than go out as pages of their own. */
const storm = outage.map(([severity, subject, name, plan], index) => ({
  type: 'ticket.escalated',
  data: { ticket: { id: String(4720 + index), subject, severity, customer: { name, plan } } },
}))

/** Ticket events to send with one click, and to change before; a list of them is sent all at once. */
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
  { name: 'A storm: eight tickets at once', body: storm },
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
