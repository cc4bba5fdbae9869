CREATE TABLE "workspaces" (
	"token" text PRIMARY KEY NOT NULL,
	"team" text NOT NULL,
	"enterprise" text,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "behind_since" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "cards_lost" ON "cards" USING btree ("escalation") WHERE lost is not null and shape = 'card';--> statement-breakpoint
CREATE INDEX "escalations_asleep" ON "escalations" USING btree ("id") WHERE state <> 'resolved' and quarantine is null and (wake_at is null
  or (state = 'paging' and wait_until < wake_at)
  or (state = 'acknowledged' and waiting_since is null and lapse_at < wake_at)
  or (state = 'unanswered' and remind_at < wake_at));