drop function if exists stripe_tenant_of_customer(text);
drop table if exists stripe_customers;
