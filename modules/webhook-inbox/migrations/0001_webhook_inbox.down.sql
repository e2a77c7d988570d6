drop function if exists forget_webhook_inbox(integer);
drop table if exists webhook_inbox_deliveries;
