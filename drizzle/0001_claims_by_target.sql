DROP INDEX "notices_pending";--> statement-breakpoint
CREATE INDEX "notices_next" ON "notices" USING btree ("target","priority","created_at","key","not_before") WHERE state = 'pending';