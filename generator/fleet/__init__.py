"""Many mirrors at a glance: what each says of itself becomes one table and one page, who needs a call first."""
