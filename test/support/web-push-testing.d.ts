declare module 'web-push-testing/src/PushApiModel.js' {
  interface Subscribed {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
    readonly clientHash: string;
  }
  export class PushApiModel {
    notifyUrl: string;
    subscribe(options: { applicationServerKey: string }): Promise<Subscribed>;
    expireSubscription(clientHash: string): void;
    handleNotification(
      clientHash: string,
      headers: Readonly<Record<'encoding' | 'authorization' | 'ttl', string | undefined>>,
      body: Buffer,
    ): Promise<void>;
    getNotifications(request: { clientHash: string }): { readonly messages: readonly string[] };
  }
}
