drop table activity, parcels, carrier_accounts, sessions, memberships, users, shops;
