drop table comments, tickets, sessions, members, people, workspaces;
