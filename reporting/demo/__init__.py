"""The demo city: invented people and classes in real units, made by the product's own actions."""
