drop table invoices, sessions, memberships, users, companies;
