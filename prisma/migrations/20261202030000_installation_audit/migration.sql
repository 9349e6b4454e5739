-- The chain of the installation has the nil UUID where others have their tenant. No tenant has this id, but whoever could
-- run SQL of their own as wardbell_app could set it as the tenant, and read who signs in as a super admin and what they do.
ALTER POLICY tenant ON wardbell.audit
  USING (scope = wardbell.current_tenant() AND scope <> '00000000-0000-0000-0000-000000000000');
ALTER POLICY tenant ON wardbell.audit_head
  USING (scope = wardbell.current_tenant() AND scope <> '00000000-0000-0000-0000-000000000000');
ALTER POLICY tenant ON wardbell.tenant_head
  USING (tenant_id = wardbell.current_tenant() AND tenant_id <> '00000000-0000-0000-0000-000000000000');
