import { Module } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { NetModule } from '../../platform/net/net.module.js';
import { OutgoingHttp } from '../../platform/net/outgoing-http.js';
import { Anchors } from './anchors.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { AuditExporter } from './audit-export.js';
import { AuditKeys } from './audit-keys.js';
import { AuditRetention } from './audit-retention.js';
import { HeadSigner } from './head-signer.js';
import { loadOrCreateKeyFile } from './key-file.js';
import { AuditVerifier } from './verification.js';

const loadKeys = (config: Config, log: Log): AuditKeys => {
  const file = loadOrCreateKeyFile(config);
  if (!file)
    log.error('heads of the audit log are not signed: there is no key and no folder for one', {
      variable: 'AUDIT_SIGNING_KEY_FILE',
    });
  return new AuditKeys(file, config.jwtKeys);
};

@Module({
  imports: [MetricsModule, NetModule],
  controllers: [AuditController],
  providers: [
    AuditService,
    AuditVerifier,
    AuditExporter,
    AuditRetention,
    HeadSigner,
    { provide: AuditKeys, useFactory: loadKeys, inject: [Config, Log] },
    {
      provide: Anchors,
      useFactory: ({ auditAnchors }: Config, outgoing: OutgoingHttp, metrics: Metrics, log: Log) =>
        new Anchors(auditAnchors, outgoing, metrics, log),
      inject: [Config, OutgoingHttp, Metrics, Log],
    },
  ],
})
export class AuditModule {}
