import * as auth from './auth.ts'
import * as chat from './chat.ts'
import * as conversations from './conversations.ts'
import * as files from './files.ts'
import type { Method } from './method.ts'
import * as others from './others.ts'
import * as reactions from './reactions.ts'
import * as rooms from './rooms.ts'
import * as scheduled from './scheduled.ts'
import * as usergroups from './usergroups.ts'
import * as users from './users.ts'
import * as views from './views.ts'

/** The methods that the sandbox serves. */
export const methods: Record<string, Method> = {
  'api.test': auth.test,
  'apps.connections.open': auth.connectionsOpen,
  'auth.test': auth.authTest,
  'auth.revoke': auth.authRevoke,
  'bots.info': auth.botsInfo,
  'team.info': auth.teamInfo,
  'chat.postMessage': chat.postMessage,
  'chat.postEphemeral': chat.postEphemeral,
  'chat.update': chat.update,
  'chat.delete': chat.remove,
  'chat.getPermalink': chat.getPermalink,
  'chat.meMessage': others.meMessage,
  'chat.unfurl': others.unfurl,
  'chat.scheduleMessage': scheduled.schedule,
  'chat.deleteScheduledMessage': scheduled.unschedule,
  'chat.scheduledMessages.list': scheduled.list,
  'assistant.threads.setStatus': others.setStatus,
  'blocks.validate': others.blocksValidate,
  'emoji.list': others.emojiList,
  'files.getUploadURLExternal': files.getUploadUrl,
  'files.completeUploadExternal': files.completeUpload,
  'files.info': files.info,
  'reactions.add': reactions.add,
  'reactions.remove': reactions.remove,
  'reactions.get': reactions.get,
  'pins.add': reactions.pin,
  'pins.remove': reactions.unpin,
  'pins.list': reactions.pins,
  'conversations.info': conversations.info,
  'conversations.list': conversations.list,
  'conversations.members': conversations.members,
  'conversations.history': conversations.getHistory,
  'conversations.replies': conversations.replies,
  'conversations.open': conversations.open,
  'conversations.close': conversations.close,
  'conversations.mark': conversations.mark,
  'conversations.create': rooms.create,
  'conversations.rename': rooms.rename,
  'conversations.join': rooms.join,
  'conversations.leave': rooms.leave,
  'conversations.invite': rooms.invite,
  'conversations.kick': rooms.kick,
  'conversations.archive': rooms.archive,
  'conversations.unarchive': rooms.unarchive,
  'conversations.setTopic': rooms.setTopic,
  'conversations.setPurpose': rooms.setPurpose,
  'users.info': users.info,
  'users.list': users.list,
  'users.lookupByEmail': users.lookupByEmail,
  'users.conversations': users.conversations,
  'users.getPresence': users.getPresence,
  'users.setPresence': users.setPresence,
  'users.profile.get': users.profileGet,
  'dnd.info': users.dndInfo,
  'dnd.teamInfo': users.dndTeamInfo,
  'usergroups.list': usergroups.list,
  'usergroups.create': usergroups.create,
  'usergroups.update': usergroups.update,
  'usergroups.enable': usergroups.enable,
  'usergroups.disable': usergroups.disable,
  'usergroups.users.list': usergroups.usersList,
  'usergroups.users.update': usergroups.usersUpdate,
  'views.open': views.open,
  'views.push': views.push,
  'views.update': views.update,
  'views.publish': views.publish,
}
