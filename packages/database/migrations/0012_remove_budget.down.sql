drop function remove_budget(uuid, text, uuid);
