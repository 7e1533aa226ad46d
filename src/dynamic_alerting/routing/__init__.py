"""What Alertmanager has to be told so that tenants' alerts reach people: today, inhibition."""
