DROP INDEX "cards_message";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "summary" uuid;--> statement-breakpoint
CREATE INDEX "cards_at" ON "cards" USING btree ("channel","ts");--> statement-breakpoint
CREATE INDEX "notices_summary" ON "notices" USING btree ("summary") WHERE summary is not null;